// Putting the list in order by dragging. The buttons do the same for those who don't drag.

/** Lets the rows that wait be dragged; `send` gets the form with the new order in it. */
export function letDrag (send) {
  let dragged = null
  const row = (element) => element.closest?.('[data-question]')

  document.addEventListener('dragstart', (event) => {
    if (event.target.closest?.('[draggable=true]') === null) return
    dragged = row(event.target)
    if (dragged === null) return
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', dragged.id)
    dragged.classList.add('app-chair-row--dragged')
  })
  document.addEventListener('dragover', (event) => {
    const over = row(event.target)
    if (dragged === null || over === null || over === undefined || over === dragged) return
    event.preventDefault()
    const { top, height } = over.getBoundingClientRect()
    const before = event.clientY < top + height / 2
    over.parentNode.insertBefore(dragged, before ? over : over.nextSibling)
  })
  document.addEventListener('drop', (event) => { if (dragged !== null) event.preventDefault() })
  document.addEventListener('dragend', () => {
    if (dragged === null) return
    dragged.classList.remove('app-chair-row--dragged')
    dragged = null
    const form = document.querySelector('[data-order-form]')
    const order = [...document.querySelectorAll('[data-question]')].map((item) => item.dataset.question).join(',')
    if (form === null || form.elements.order.value === order) return
    form.elements.order.value = order
    send(form)
  })
}
