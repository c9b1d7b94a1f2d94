// Follows a stream of server-sent events and makes certain that its last word is true. A stream that breaks is opened again, soon
// and then less often, each browser at a moment of its own; one that falls silent is taken for broken. Where a proxy holds a stream
// back, the state is asked for instead. Meanwhile the page says that it may be out of date.
import { heard } from './server-time.js'

const SOONEST_MS = 250
const LATEST_MS = 1200
// a stream that has said nothing after this long may be held back, or its connection dead
const FIRST_WORD_MS = 1000
const ASK_EVERY_MS = 750
const GIVE_UP_MS = 12000
const LOOK_EVERY_MS = 250
// no look for so long: the computer slept, and connections seldom live through that
const SLEPT_MS = 5000

/**
 * Follows `url`. `onState` gets each state and may answer with a promise of whether the page shows it now; `onStale` gets true when
 * the page may be out of date, false when it is true again. What it gives back is for whoever has a reason to doubt the connection.
 */
export function follow (url, { onState, onStale }) {
  let source = null
  let opened = 0
  let lastWord = 0
  let beat = 15000
  let losses = 0
  let timer = null
  let stale = null
  let asked = 0
  let unanswered = 0
  let questions = 0
  let answers = 0
  let looked = { steady: performance.now(), wall: Date.now() }

  function setStale (now) {
    if (stale !== now) {
      stale = now
      onStale(now)
    }
  }

  // true only once the page shows it, and if the connection was not lost meanwhile
  async function take (state) {
    const heardFrom = source
    if (await onState(state) !== false && source === heardFrom) setStale(false)
  }

  function word (event) {
    lastWord = performance.now()
    return JSON.parse(event.data)
  }

  function open () {
    clearTimeout(timer)
    timer = null
    source?.close()
    opened = performance.now()
    lastWord = 0
    unanswered = 0
    source = new EventSource(url)
    source.addEventListener('time', (event) => {
      const time = word(event)
      beat = time.beat
      heard(time.now)
    })
    source.addEventListener('state', (event) => {
      losses = 0
      take(word(event))
    })
    source.onerror = lost
  }

  function lost () {
    source?.close()
    source = null
    setStale(true)
    if (timer === null) {
      const wait = Math.min(LATEST_MS, SOONEST_MS * 2 ** losses)
      losses += 1
      timer = setTimeout(open, wait * (0.5 + Math.random() / 2))
    }
  }

  function atOnce () {
    losses = 0
    open()
  }

  // What the stream would have said, where only the stream is held up. The next question does not wait for the answer to this one,
  // which may have gone out over a connection that is dead; two at a time leave room for others (browsers have six to a server).
  async function ask () {
    asked = performance.now()
    const question = ++questions
    try {
      const answer = await fetch(`${url}/state`, { cache: 'no-store', signal: AbortSignal.timeout(2 * ASK_EVERY_MS) })
      if (!answer.ok) return
      const state = await answer.json()
      // the stream has spoken after all, or a later question was answered sooner
      if (lastWord !== 0 || source === null || question < answers) return
      answers = question
      // the network was dead and is back; what the stream was opened over is not
      if (unanswered > 0) atOnce()
      take(state)
    } catch {
      unanswered += 1
      setStale(true)
    }
  }

  function look () {
    const now = { steady: performance.now(), wall: Date.now() }
    const slept = now.steady - looked.steady > SLEPT_MS ||
      Math.abs((now.wall - looked.wall) - (now.steady - looked.steady)) > 2000
    looked = now
    if (slept) return atOnce()
    if (source === null) return
    if (lastWord === 0) {
      const waited = now.steady - opened
      // where asking works it is only the stream that is held back, and the page is not out of date
      if (waited > GIVE_UP_MS) return answers > 0 && unanswered === 0 ? open() : lost()
      if (waited > FIRST_WORD_MS && now.steady - asked >= ASK_EVERY_MS) ask()
    } else if (now.steady - lastWord > 2 * beat + 1000) {
      lost()
    }
  }

  window.addEventListener('online', atOnce)
  window.addEventListener('offline', lost)
  window.addEventListener('pageshow', (event) => { if (event.persisted) atOnce() })
  // a page that is left must not hold its place
  window.addEventListener('pagehide', () => { source?.close(); source = null })
  setInterval(look, LOOK_EVERY_MS)
  open()
  return {
    /** Something else got no answer: the page may be out of date until the stream has been opened again. */
    doubt () {
      setStale(true)
      atOnce()
    }
  }
}
