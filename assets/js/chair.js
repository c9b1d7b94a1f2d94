// The chair's and the clerk's screen: what is pressed is sent without a reload, and what others do appears by itself.
import './clocks.js'
import { keepTyped, refresh, refreshUnless, takeOver } from './refresh.js'
import { setByServer } from './server-time.js'
import { follow } from './stream.js'
import { announce, say, showStale } from './announce.js'
import { keyPressed, listenForKeys } from './keys.js'
import { letDrag } from './drag.js'

// times that are expected move on although nobody acts; asking also keeps the chair signed in while the meeting comes to questions,
// and through a long adjournment
const EXPECTED_EVERY_MS = 30000
// the same button means something else once the page has changed: a double press is one press
const PAUSE_MS = 350
// with no answer after this long the chair is told that it takes longer, and then that it may be lost
const SLOW_MS = 1500
const LOST_MS = 8000
// the server's zero may be a moment after this page's
const AFTER_ZERO_MS = 1000

function region () {
  return document.querySelector('[data-live]')
}

async function deliver (form, button, body) {
  const slow = setTimeout(() => say('Sending. The answer takes longer than usual.'), SLOW_MS)
  region().setAttribute('aria-busy', 'true')
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body,
      headers: { Accept: 'text/html' },
      signal: AbortSignal.timeout(LOST_MS)
    })
    if (!takeOver(await answer.text(), form)) {
      // signed out meanwhile, or signed in again and the form is of before: what is typed is not to be lost by it
      if (keepTyped()) return
      // another page, such as the one for whoever has been signed out: the browser sends it again and shows it
      form.dataset.native = ''
      form.requestSubmit(button)
      return
    }
    say('')
    const problem = document.querySelector('.govuk-error-summary')
    if (!answer.ok && problem !== null) {
      problem.setAttribute('tabindex', '-1')
      problem.focus()
    }
  } catch {
    say('This may not have been sent: the connection was lost. Look at the screen, and press again.')
    stream.doubt()
  } finally {
    clearTimeout(slow)
    region()?.removeAttribute('aria-busy')
  }
}

// Presses are sent one after another, each as what was on the screen when it was made. A second press of the same button before the
// first has been answered, or just after, is half of a double press. On the stage all buttons are one: they change under the finger;
// but not under a key, so each key is its own.
const pressed = new Set()
let line = Promise.resolve()

function send (form, button) {
  const name = form.id === 'stage' ? `${form.id} ${keyPressed()}` : `${form.id} ${button?.dataset.rowKey ?? button?.value}`
  if (pressed.has(name)) return
  pressed.add(name)
  const body = new URLSearchParams(new FormData(form, button))
  line = line.then(() => deliver(form, button, body)).finally(() => {
    setTimeout(() => pressed.delete(name), PAUSE_MS)
  })
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.closest('[data-live]') === null || form.method !== 'post' || 'native' in form.dataset) return
  event.preventDefault()
  send(form, event.submitter)
})

document.addEventListener('clock-over', () => {
  refresh()
  setTimeout(refresh, AFTER_ZERO_MS)
})
setInterval(() => {
  if (document.getElementById('next-step') !== null) refresh()
}, EXPECTED_EVERY_MS)

setByServer()
const stream = follow(region().dataset.live, {
  onState (state) { return refreshUnless(state.mark) },
  onStale: showStale
})
listenForKeys()
letDrag((form) => send(form, null))
announce('')
