// One key for each act. A key belongs to whatever on the page says `data-key`; it is never taken while something is typed, and all of
// them can be turned off (WCAG 2.2, 2.1.4), which this browser remembers.

const REMEMBERED = 'keys-off'
const TYPED_INTO = 'input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]'

let pressing = ''

/** The key whose act is being done; none where it is a button that was pressed. */
export function keyPressed () {
  return pressing
}

function areOff () {
  try {
    return window.localStorage.getItem(REMEMBERED) !== null
  } catch {
    return false
  }
}

function turn (off) {
  try {
    if (off) window.localStorage.setItem(REMEMBERED, '')
    else window.localStorage.removeItem(REMEMBERED)
  } catch {
    // not remembered, but done
  }
  document.documentElement.classList.toggle('app-keys-off', off)
}

// what a key does in the row where the focus is comes before what it does on the whole page
function found (key) {
  const row = document.activeElement?.closest?.('[data-place]')
  const inRow = row && [...row.querySelectorAll('[data-row-key]')].find((element) => element.dataset.rowKey === key)
  if (inRow) return inRow
  if (/^[1-9]$/.test(key)) return document.querySelector(`[data-place="${key}"]`)
  return [...document.querySelectorAll('[data-key]')].find((element) => element.dataset.key.split(' ').includes(key))
}

/** Listens. */
export function listenForKeys () {
  turn(areOff())
  const box = () => document.querySelector('[data-keys-switch]')
  const show = () => { if (box() !== null) box().checked = !areOff() }
  show()
  document.addEventListener('change', (event) => {
    if (event.target === box()) turn(!event.target.checked)
  })
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return
    if (areOff() || event.target.closest?.(TYPED_INTO)) return
    const element = found(event.key.toLowerCase())
    if (element === null || element === undefined) return
    event.preventDefault()
    if ('key' in element.dataset || 'rowKey' in element.dataset) {
      pressing = event.key.toLowerCase()
      element.click()
      pressing = ''
    } else {
      element.focus()
    }
    // what the key did is read on the clocks, which may have been scrolled away for the list
    element.closest('.app-stage')?.scrollIntoView()
  })
}
