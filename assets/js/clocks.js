// Counts the clocks down by the server's time. It is for the eye and the ear alone: the server keeps the time, and refuses what the
// standing order refuses, whatever is shown here.
import { serverNow } from './server-time.js'
import { announce } from './announce.js'

const LITTLE = [
  { seconds: 0, code: 'over', say: 'time is over' },
  { seconds: 30, code: 'half-minute', say: '30 seconds left' },
  { seconds: 60, code: 'minute', say: '1 minute left' }
]
const ENOUGH = { seconds: Infinity, code: 'enough', say: '' }

// what each clock showed last, to say once what it comes down to
const shown = new Map()
let timer = null

function digits (seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

// draws one clock: when it changes next, and what is to be said of it now
function draw (clock) {
  const since = clock.dataset.since
  const running = since !== ''
  const total = Number(clock.dataset.total)
  const used = Number(clock.dataset.ran) + (running ? Math.max(0, serverNow() - Number(since)) : 0)
  const left = Math.max(0, total - used)
  // rounded up, so that 0:00 is shown only once the time is over
  const seconds = Math.ceil(left / 1000)
  const little = LITTLE.find((step) => seconds <= step.seconds) ?? ENOUGH
  clock.querySelector('[data-clock-left]').textContent = digits(seconds)
  clock.querySelector('[data-clock-bar]').value = Math.min(used, total)
  const still = used === 0 ? 'unused' : 'stopped'
  const stands = running || seconds === 0 ? little.code : still
  clock.querySelector('[data-clock-standing]').textContent = clock.getAttribute(`data-says-${stands}`)
  for (const step of [...LITTLE, ENOUGH]) clock.classList.toggle(`app-clock--${step.code}`, step === little)

  const heading = clock.querySelector('.app-clock__heading').textContent
  const before = shown.get(clock.id)
  shown.set(clock.id, { heading, seconds })
  const comes = running && before?.heading === heading && before.seconds > little.seconds
  return {
    next: running && left > 0 ? (left % 1000 || 1000) : Infinity,
    say: comes ? `${heading}: ${little.say}.` : '',
    over: comes && seconds === 0
  }
}

/** Draws every clock as it stands now, and again whenever a second of one of them ends. */
export function drawClocks () {
  clearTimeout(timer)
  const drawn = Array.from(document.querySelectorAll('[data-clock]'), draw)
  const next = Math.min(...drawn.map((clock) => clock.next))
  if (next !== Infinity) timer = setTimeout(drawClocks, next + 1)
  // two clocks may come down to something at the same moment: neither may take the other's words away
  const say = drawn.map((clock) => clock.say).filter((words) => words !== '').join(' ')
  if (say !== '') announce(say)
  if (drawn.some((clock) => clock.over)) document.dispatchEvent(new Event('clock-over'))
}

document.addEventListener('time-set', drawClocks)
