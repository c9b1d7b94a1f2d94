// Brings a page up to date without a reload: asks for it again and changes what is different. What somebody is typing, has opened or
// has chosen stays as it is.
import { Idiomorph } from './idiomorph.esm.js'
import { drawClocks } from './clocks.js'
import { announce, say } from './announce.js'

const REGION = '[data-live]'
// an answer that does not come may have been asked for over a connection that is dead: asked again, it comes over another
const SOONEST_GIVEN_UP_MS = 1200
const LATEST_GIVEN_UP_MS = 8000
const TRIES = 6
const BETWEEN_MS = 300
// who has been signed out is looked for again, signed in by another tab
const SIGNED_IN_AGAIN_MS = 3000

// what somebody has opened or closed stays so; the rest is open as the page says
const toggled = new WeakSet()
document.addEventListener('click', (event) => {
  const summary = event.target.closest?.('summary')
  if (summary) toggled.add(summary.parentElement)
})

let refreshing = null
let again = false
// what comes for this address is another page, and what is typed here has kept it from being shown
let kept = false
let soon = null

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

// somebody is in it, or has left something unsaved in it: it is not closed over their words
function isBusy (details) {
  return details.contains(document.activeElement) || [...details.querySelectorAll('form')].some(isBeingFilledIn)
}

/** Whether anything on the page has been typed or chosen and not been saved. */
export function isTypedIn () {
  return [...document.querySelectorAll(`${REGION} form`)].some(isBeingFilledIn)
}

// a form that is left alone was made for whoever was signed in then; sent later, it must be theirs who are now
function renewTokens (page) {
  const token = page.querySelector(`${REGION} [name=csrf_token]`)?.value
  if (token === undefined) return
  for (const field of document.querySelectorAll(`${REGION} [name=csrf_token]`)) field.value = token
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
  const held = document.activeElement
  const row = held?.closest('[data-place]')
  const [heldId, rowId, place] = [held?.id, row?.id, row?.dataset.place]
  Idiomorph.morph(present, region, {
    callbacks: {
      beforeNodeMorphed (old) {
        // what was said of this page's own press stays until the next one
        if (sent === null && old.id === 'told') return false
        return !(old instanceof HTMLFormElement && old !== sent && isBeingFilledIn(old))
      },
      beforeAttributeUpdated (name, node) {
        return !(name === 'open' && (toggled.has(node) || isBusy(node)))
      }
    }
  })
  // what had the focus may have been moved with its row, or be gone: the row has the same keys
  const after = rowId ? document.getElementById(rowId) : null
  if (after !== null && !after.contains(document.activeElement)) {
    const again = heldId ? document.getElementById(heldId) : null
    ;(again ?? after).focus({ preventScroll: true })
  }
  if (after !== null && after.dataset.place !== place) {
    const all = document.querySelectorAll('[data-place]').length
    announce(`Moved to place ${after.dataset.place} of ${all}`)
  }
  renewTokens(page)
  document.title = page.title
  drawClocks()
  if (kept) say('')
  kept = false
  clearTimeout(soon)
  return true
}

/** What came instead of the page is not shown while something typed would be lost by it: that is said, and true given back. */
export function keepTyped () {
  if (!isTypedIn()) return false
  kept = true
  clearTimeout(soon)
  soon = setTimeout(refresh, SIGNED_IN_AGAIN_MS)
  say('You may have been signed out. What you have typed is still here: sign in again in another tab, then save it.')
  return true
}

async function refreshOnce () {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const answer = await fetch(window.location.href, {
        cache: 'no-store',
        headers: { Accept: 'text/html' },
        signal: AbortSignal.timeout(Math.min(LATEST_GIVEN_UP_MS, SOONEST_GIVEN_UP_MS * 2 ** tries))
      })
      // busy for a moment: the page is still the right one
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText)
      // signed out, or no longer there: the browser shows why
      if (takeOver(await answer.text())) return true
      if (keepTyped()) return false
      window.location.reload()
      return true
    } catch {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    }
  }
  return false
}

/**
 * Asks for the page again. Of several wishes at once, one comes after the one under way. The promise says whether the page is up to
 * date.
 */
export function refresh () {
  if (refreshing !== null) {
    again = true
    return refreshing
  }
  refreshing = refreshOnce().then((done) => {
    refreshing = null
    if (!again) return done
    again = false
    return refresh()
  })
  return refreshing
}

/** Asks for the page again where it is not the one that `mark` was given to; the promise says whether it is up to date. */
export function refreshUnless (mark) {
  const present = document.querySelector(REGION)
  return mark === undefined || present?.dataset.mark !== mark ? refresh() : Promise.resolve(true)
}
