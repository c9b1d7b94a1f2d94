// Putting the list in order by dragging. The buttons do the same for those who don't drag.

/** Lets the rows that wait be dragged; `send` gets the form with the new order in it. */
export function letDrag (send) {
  let dragged = null
  let before = null
  let dropped = false
  const row = (element) => element.closest?.('[data-question]')
  const order = () => [...document.querySelectorAll('[data-question]')].map((item) => item.dataset.question).join(',')

  document.addEventListener('dragstart', (event) => {
    if (event.target.draggable !== true) return
    dragged = row(event.target)
    if (!dragged) return
    before = { order: order(), next: dragged.nextSibling }
    dropped = false
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', dragged.id)
    dragged.classList.add('app-chair-row--dragged')
  })
  document.addEventListener('dragover', (event) => {
    const over = dragged && row(event.target)
    if (!over) return
    event.preventDefault()
    // only when it comes to the further half of another row does the row change places with it, so that rows of different
    // heights don't change to and fro under a hand that keeps still
    const { top, height } = over.getBoundingClientRect()
    const upwards = Boolean(over.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING)
    if (over === dragged) return
    if (upwards && event.clientY < top + height / 2) over.before(dragged)
    if (!upwards && event.clientY > top + height / 2) over.after(dragged)
  })
  document.addEventListener('drop', (event) => {
    if (!dragged || !row(event.target)) return
    event.preventDefault()
    dropped = true
  })
  document.addEventListener('dragend', () => {
    if (!dragged) return
    const moved = dragged
    dragged = null
    moved.classList.remove('app-chair-row--dragged')
    if (order() === before.order) return
    const form = document.querySelector('[data-order-form]')
    if (dropped && form !== null) {
      form.elements.order.value = order()
      send(form)
    } else {
      // let go elsewhere, or taken back with Escape
      moved.parentNode?.insertBefore(moved, before.next)
    }
  })
}
