// A questioner's own page, while question time is on: how many are before them.
import './clocks.js'
import { refresh } from './refresh.js'
import { setByServer } from './server-time.js'
import { follow } from './stream.js'
import { showStale } from './announce.js'

setByServer()
let first = true
follow(document.querySelector('[data-live]').dataset.live, {
  onState () {
    // the first word says what the page already shows, unless it was left alone for a while
    if (!first || document.documentElement.classList.contains('app-is-stale')) refresh()
    first = false
  },
  onStale: showStale
})
