// Brings a page up to date without a reload: asks for it again and changes what is different. What somebody is typing, has opened or
// has chosen stays as it is.
import { Idiomorph } from './idiomorph.esm.js'
import { drawClocks } from './clocks.js'

const REGION = '[data-live]'

// what somebody has opened or closed stays so; the rest is open as the page says
const toggled = new WeakSet()
document.addEventListener('click', (event) => {
  const summary = event.target.closest?.('summary')
  if (summary) toggled.add(summary.parentElement)
})

let refreshing = null
let again = false

function differs (control) {
  switch (control.type) {
    case 'hidden':
    case 'submit':
    case 'button':
      return false
    case 'checkbox':
    case 'radio':
      return control.checked !== control.defaultChecked
    case 'select-one':
      return [...control.options].some((option) => option.selected !== option.defaultSelected) &&
        control.selectedIndex > 0
    default:
      return control.value !== control.defaultValue
  }
}

function isBeingFilledIn (form) {
  return [...form.elements].some(differs)
}

/**
 * Takes over a page's HTML. A form that is being filled in is left alone, `sent` excepted: the server has answered that one.
 * False where the page has no such region, so that it must be another page.
 */
export function takeOver (html, sent = null) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const region = page.querySelector(REGION)
  const present = document.querySelector(REGION)
  if (region === null || present === null || region.id !== present.id) return false
  Idiomorph.morph(present, region, {
    callbacks: {
      beforeNodeMorphed (old) {
        return !(old instanceof HTMLFormElement && old !== sent && isBeingFilledIn(old))
      },
      beforeAttributeUpdated (name, node) {
        return !(name === 'open' && toggled.has(node))
      }
    }
  })
  document.title = page.title
  drawClocks()
  return true
}

async function refreshOnce () {
  const answer = await fetch(window.location.href, {
    cache: 'no-store',
    headers: { Accept: 'text/html' },
    signal: AbortSignal.timeout(8000)
  })
  // signed out, or no longer there: the browser shows why
  if (!takeOver(await answer.text())) window.location.reload()
}

/** Asks for the page again. Of several wishes at once, one comes after the one under way. */
export function refresh () {
  if (refreshing !== null) {
    again = true
    return refreshing
  }
  refreshing = refreshOnce().catch(() => {
    // the stream notices a lost connection, and the page is asked for when it is back
  }).finally(() => {
    refreshing = null
    if (again) {
      again = false
      refresh()
    }
  })
  return refreshing
}

/** Asks for the page again where it is not the one that `mark` was given to. */
export function refreshUnless (mark) {
  const present = document.querySelector(REGION)
  if (mark === undefined || present?.dataset.mark !== mark) refresh()
}
