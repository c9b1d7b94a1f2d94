// The chair's and the clerk's screen: what is pressed is sent without a reload, and what others do appears by itself.
import { drawClocks } from './clocks.js'
import { refresh, refreshUnless, takeOver } from './refresh.js'
import { setByServer } from './server-time.js'
import { follow } from './stream.js'
import { announce, showStale } from './announce.js'
import { listenForKeys } from './keys.js'
import { letDrag } from './drag.js'

// times that are expected move on although nobody acts; asking also keeps the chair signed in through a long adjournment
const EXPECTED_EVERY_MS = 30000
// the same button means something else once the page has changed: a double press is one press
const PAUSE_MS = 350

let sending = false

function region () {
  return document.querySelector('[data-live]')
}

function sayProblem (text) {
  const place = document.querySelector('[data-not-sent]')
  place.textContent = text
  place.hidden = text === ''
}

async function send (form, button) {
  if (sending) return
  sending = true
  region().setAttribute('aria-busy', 'true')
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form, button)),
      headers: { Accept: 'text/html' },
      signal: AbortSignal.timeout(10000)
    })
    if (!takeOver(await answer.text(), form)) {
      // another page, such as the one for whoever has been signed out: the browser sends it again and shows it
      form.dataset.native = ''
      form.requestSubmit(button)
      return
    }
    sayProblem('')
    const problem = document.querySelector('.govuk-error-summary')
    if (!answer.ok && problem !== null) {
      problem.setAttribute('tabindex', '-1')
      problem.focus()
    }
  } catch {
    sayProblem('This may not have been sent: the connection was lost. Look at the screen, and press again.')
    refresh()
  } finally {
    region()?.removeAttribute('aria-busy')
    setTimeout(() => { sending = false }, PAUSE_MS)
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.closest('[data-live]') === null || form.method !== 'post' || 'native' in form.dataset) return
  event.preventDefault()
  send(form, event.submitter)
})

document.addEventListener('clock-over', () => { refresh() })
setInterval(() => {
  if (['open', 'adjourned'].includes(region().dataset.phase)) refresh()
}, EXPECTED_EVERY_MS)

setByServer().then(drawClocks)
follow(region().dataset.live, {
  onState (state) { refreshUnless(state.mark) },
  onStale: showStale
})
listenForKeys()
letDrag((form) => send(form, null))
announce('')
