// Follows a stream of server-sent events and makes certain that its last word is true. A stream that breaks is opened again, soon
// and then less often, each browser at a moment of its own; one that falls silent is taken for broken. Where a proxy holds a stream
// back, the state is asked for instead. Meanwhile the page says that it may be out of date.
import { heard } from './server-time.js'

const SOONEST_MS = 250
const LATEST_MS = 1500
const FIRST_WORD_MS = 3000
const ASK_EVERY_MS = 1500
const GIVE_UP_MS = 12000
const LOOK_EVERY_MS = 500

/**
 * Follows `url`. `onState` gets each state; `onStale` gets true when the page may be out of date, false when it is true again.
 */
export function follow (url, { onState, onStale }) {
  let source = null
  let opened = 0
  let lastWord = 0
  let beat = 15000
  let losses = 0
  let timer = null
  let stale = null
  let asking = false
  let asked = 0
  let looked = { steady: performance.now(), wall: Date.now() }

  function setStale (now) {
    if (stale !== now) {
      stale = now
      onStale(now)
    }
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
    source = new EventSource(url)
    source.addEventListener('time', (event) => {
      const time = word(event)
      beat = time.beat
      heard(time.now)
    })
    source.addEventListener('state', (event) => {
      const state = word(event)
      losses = 0
      onState(state)
      setStale(false)
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

  // what the stream would have said, where only the stream is held up
  async function ask () {
    asking = true
    asked = performance.now()
    try {
      const answer = await fetch(`${url}/state`, { cache: 'no-store', signal: AbortSignal.timeout(3000) })
      if (answer.ok) {
        onState(await answer.json())
        if (lastWord === 0) setStale(false)
      }
    } catch {
      setStale(true)
    }
    asking = false
  }

  function look () {
    const now = { steady: performance.now(), wall: Date.now() }
    const slept = now.steady - looked.steady > 10 * LOOK_EVERY_MS ||
      Math.abs((now.wall - looked.wall) - (now.steady - looked.steady)) > 2000
    looked = now
    if (slept) return atOnce()
    if (source === null) return
    if (lastWord === 0) {
      const waited = now.steady - opened
      if (waited > GIVE_UP_MS) return lost()
      if (waited > FIRST_WORD_MS && !asking && now.steady - asked > ASK_EVERY_MS) ask()
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
}
