/** The labelling page at work: asks, learns after each answer, asks again. */
import { Check, checked, DRAWN } from 'earshot/check'
import { learn, nextQuestion, probabilities } from 'earshot/learner'
import { PointMap } from 'earshot/point-map'

/** Windows of the ranked list. */
const LISTED = 12
const find = id => document.getElementById(id)
const data = JSON.parse(find('data').textContent)
const { windows, columns } = data
const values = new Float32Array(await (await fetch(data.features)).arrayBuffer())
const features = { rows: windows.length, columns, values }
const background = shuffled(windows.length)
/** By class: a map from windows to what was said of them. */
const answers = new Map(data.classes.map(name => [name, new Map()]))
const state = { name: data.classes[0], version: 0, scores: undefined, known: false, question: undefined, busy: false }
/** The ranking that is being checked; nothing is learned meanwhile. */
let check
/** Of windows, each asked for once. */
const pictures = new Map()
const player = new Audio()
const store = data.offline ? offlineStore() : serverStore()

const map = new PointMap(find('map'), data.map, {
  look: at => lookOf(data.mapped[at]),
  name: at => wordsOf(data.mapped[at]),
  onChoose: at => ask({ row: data.mapped[at], reason: 'chosen' }, true),
})
for (const [id, work] of Object.entries({
  yes: () => answer('yes'),
  no: () => answer('no'),
  skip: () => answer('skip'),
  undo: () => undo(),
  play: () => play(),
  check: () => turnCheck(),
  closer: () => map.zoom(1.35),
  further: () => map.zoom(1 / 1.35),
}))
  find(id).addEventListener('click', work)
find('new-class').addEventListener('submit', event => {
  event.preventDefault()
  const name = find('class-name').value.trim()
  if (name === '' || name.endsWith(' (asked)') || ['file', 'start', 'end'].includes(name)) return
  if (!answers.has(name)) answers.set(name, new Map())
  find('class-name').value = ''
  choose(name)
})
document.addEventListener('keydown', event => {
  if (event.target.matches('input') || event.ctrlKey || event.metaKey || event.altKey) return
  const work = {
    y: () => answer('yes'),
    n: () => answer('no'),
    s: () => answer('skip'),
    u: undo,
    c: turnCheck,
    ' ': play,
  }[event.key]
  if (!work) return
  event.preventDefault()
  work()
})
/** Changes that were written, here or in another window of this page. */
function take({ version, changes }) {
  state.version = version
  for (const { row, name, answer, reason } of changes) {
    if (!answers.has(name)) answers.set(name, new Map())
    if (answer) answers.get(name).set(row, { answer, reason })
    else answers.get(name).delete(row)
  }
}

function choose(name) {
  state.name = name
  check = undefined
  refresh()
  ask(next())
}

/** Begins a check of what it has learned, or goes on learning. */
function turnCheck() {
  const own = answers.get(state.name)
  const known = [...own.values()].filter(({ answer }) => answer === 'yes').length
  check = check ? undefined : new Check(state.scores, new Set(own.keys()), known)
  refresh()
  ask(next())
}

/** Learns from all answers, and shows what has come of it. */
function refresh() {
  if (!check) rank()
  find('check').setAttribute('aria-pressed', String(check !== undefined))
  showClasses()
  showTally()
  showList()
  map.draw()
}

function rank() {
  const began = performance.now()
  const said = new Map()
  for (const [row, { answer }] of answers.get(state.name)) if (answer !== 'skip') said.set(row, answer === 'yes')
  const model = learn(features, said, background)
  state.known = model !== undefined
  state.scores = model ? probabilities(features, model) : data.likeness ? Float32Array.from(data.likeness) : inOrder()
  document.body.dataset.milliseconds = String(performance.now() - began)
}

function inOrder() {
  const scores = new Float32Array(windows.length)
  background.forEach((row, at) => {
    scores[row] = 1 - at / windows.length
  })
  return scores
}

function next() {
  const asked = new Set(answers.get(state.name).keys())
  if (check) return check.next(asked, Math.random)
  return nextQuestion(state.scores, asked, { turn: asked.size, known: state.known })
}

function ask(question, aloud = false) {
  state.question = question
  const there = question !== undefined
  for (const id of ['yes', 'no', 'skip', 'play']) find(id).disabled = !there
  find('question').textContent = there ? `Is this ${state.name}?` : `Every window was asked for ${state.name}.`
  find('why').textContent = there ? whyOf(question) : ''
  find('where').textContent = there ? wordsOf(question.row) : ''
  map.mark(there ? data.mapped.indexOf(question.row) : -1)
  find('picture').replaceChildren()
  if (!there) return
  show(find('picture'), question.row)
  player.src = soundOf(question.row)
  if (aloud || find('aloud').checked) play()
}

function whyOf({ row, reason }) {
  const score = state.known ? ` (${percent(state.scores[row])})` : ''
  const because = {
    likely: state.known
      ? 'most likely of it'
      : data.likeness
        ? 'most like the examples'
        : 'drawn at random: nothing is known yet',
    unsure: 'least sure',
    chosen: 'chosen by you',
  }
  const before = answers.get(state.name).get(row)
  return `${because[reason] ?? 'drawn at random, for the check'}${score}${before ? `; answered: ${before.answer}` : ''}`
}

async function answer(said) {
  const { question, name, busy } = state
  if (!question || busy) return
  if (!DRAWN.test(question.reason)) check = undefined // one that is picked by hand would spoil it
  await written(() => store.answer({ ...question, name, answer: said }))
}

async function undo() {
  if (state.busy) return
  const own = new Map(answers.get(state.name))
  const row = await written(() => store.undo(state.name))
  if (row !== undefined) ask({ row, reason: own.get(row)?.reason ?? 'chosen' })
}

/** An answer counts once it is written. @returns the window that was undone */
async function written(work) {
  state.busy = true
  try {
    const { undone, ...changed } = await work()
    take(changed)
    find('trouble').hidden = true
    refresh()
    ask(next())
    return undone
  } catch (error) {
    tell(error)
  } finally {
    state.busy = false
  }
}

function tell(error) {
  find('trouble').hidden = false
  find('trouble').textContent = error.message
}

function play() {
  player.currentTime = 0
  player.play().catch(() => {
    find('why').textContent = 'Its sound cannot be played here.'
  })
}

function showClasses() {
  find('classes').replaceChildren(
    ...[...answers.keys()].map(name => {
      const button = Object.assign(document.createElement('button'), { textContent: name })
      button.setAttribute('aria-pressed', String(name === state.name))
      button.addEventListener('click', () => choose(name))
      return button
    }),
  )
}

function showTally() {
  const all = [...answers.get(state.name).values()]
  const count = said => all.filter(({ answer }) => answer === said).length
  const yes = count('yes')
  find('tally').textContent = `${yes} yes, ${count('no')} no, ${count('skip')} skipped, of ${windows.length} windows`
  find('precision').textContent = checkedInWords(checked(all), yes)
}

/** What is known of the windows that nobody has heard, each interval in brackets (95 %). */
function checkedInWords(known, yes) {
  if (!known)
    return 'How good it is, is not known yet: a check asks about windows drawn at random, from the likeliest to the least likely.'
  const { drawn, round, of, told } = known
  const by = `${drawn} windows drawn at random`
  if (!told) return `The check has ${by}; from ${round} on it tells how good it is.`
  const found = share => percent(Math.min(1, yes / (known.known + share * of)))
  return `By ${by}: of the ${told.likeliest} likeliest that nobody had heard, ${inBrackets(told.precision)} are ${state.name}. Found so far: ${found(told.rest.high)} to ${found(told.rest.low)} of all.`
}

function inBrackets({ share, low, high }) {
  return `${percent(share)} [${percent(low)}, ${percent(high)}]`
}

function percent(share) {
  return `${(100 * share).toFixed(0)} %`
}

/** The likeliest windows that nobody has answered. */
function showList() {
  find('list').replaceChildren(
    ...likeliest().map(row => {
      const item = Object.assign(document.createElement('button'), { className: 'card' })
      const picture = document.createElement('span')
      const words = Object.assign(document.createElement('small'), {
        textContent: `${state.known ? `${percent(state.scores[row])}  ` : ''}${wordsOf(row)}`,
      })
      item.append(picture, words)
      item.addEventListener('click', () => ask({ row, reason: 'chosen' }, true))
      show(picture, row)
      return item
    }),
  )
}

function likeliest() {
  const own = answers.get(state.name)
  const best = []
  state.scores.forEach((score, row) => {
    if (own.has(row) || (best.length === LISTED && score <= state.scores[best.at(-1)])) return
    const at = best.findIndex(other => state.scores[other] < score)
    best.splice(at < 0 ? best.length : at, 0, row)
    best.length = Math.min(best.length, LISTED)
  })
  return best
}

function lookOf(row) {
  const said = answers.get(state.name).get(row)?.answer
  if (said === 'yes') return { colour: 'var(--good)', size: 6, ring: true }
  if (said === 'no') return { colour: 'var(--bad)', size: 4.5 }
  if (said === 'skip') return { colour: 'var(--edge)', size: 3 }
  const score = state.known ? (state.scores?.[row] ?? 0) : 0
  return score >= 0.5 ? { colour: 'var(--c1)', size: 4.5 } : { colour: 'var(--soft)', size: 2.5 }
}

function wordsOf(row) {
  const [recording, start, end] = windows[row]
  return `${recording} ${start.toFixed(2)}-${end.toFixed(2)} s`
}

/** The spectrogram of a window: drawn by who wrote the page, without any text of others in it. */
async function show(element, row) {
  element.dataset.row = String(row)
  if (!pictures.has(row)) pictures.set(row, store.picture(row))
  const svg = await pictures.get(row).catch(() => '')
  if (element.dataset.row === String(row)) element.innerHTML = svg
}

function soundOf(row) {
  return data.offline ? data.offline.sounds[row] : `sound/${row}`
}

function serverStore() {
  const call = async (path, body) => {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, version: state.version }),
    }).catch(() => {
      throw new Error(
        'Earshot does not answer: it was ended. Nothing that you say now is kept; start it again and reload.',
      )
    })
    const said = await response.json()
    if (!response.ok) throw new Error(said.message)
    return said
  }
  return {
    load: () => call('changes', {}),
    answer: given => call('answer', given),
    undo: name => call('undo', { name }),
    picture: async row => {
      const response = await fetch(`picture/${row}`)
      return response.ok ? response.text() : ''
    },
  }
}

/** One file without anybody behind it: answers stay in this browser, and leave as a table. */
function offlineStore() {
  const key = `earshot ${data.offline.key}`
  const kept = () => JSON.parse(localStorage.getItem(key) ?? '[]')
  const after = (all, more = {}) => {
    localStorage.setItem(key, JSON.stringify(all))
    return { version: all.length, changes: all.slice(state.version), ...more }
  }
  find('save').hidden = false
  find('save').addEventListener('click', save)
  return {
    load: async () => ({ version: kept().length, changes: kept() }),
    answer: async ({ row, name, answer, reason }) => {
      const before = answers.get(name).get(row) ?? null
      return after([...kept(), { row, name, answer, reason, before }])
    },
    undo: async name => {
      const all = kept()
      const last = all.findLast(change => change.name === name && !change.undone && change.before !== undefined)
      if (!last) return after(all)
      last.undone = true
      return after([...all, { row: last.row, name, ...(last.before ?? { answer: null }) }], { undone: last.row })
    },
    picture: async row => data.offline.pictures[row],
  }
}

/** The table that the page would have been given by Earshot. */
function save() {
  const names = [...answers.keys()]
  const cell = text => (/[",\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = windows.flatMap(([, start, end, path], row) => {
    const given = names.map(name => answers.get(name).get(row))
    if (given.every(one => !one)) return []
    const cells = given.flatMap(one =>
      one ? (one.answer === 'skip' ? ['', 'skip'] : [one.answer, one.reason]) : ['', ''],
    )
    return [[path, start, end, ...cells]]
  })
  const head = ['file', 'start', 'end', ...names.flatMap(name => [name, `${name} (asked)`])]
  const text = [head, ...rows].map(row => `${row.map(value => cell(String(value))).join(',')}\n`).join('')
  const link = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })),
    download: 'labels.csv',
  })
  link.click()
}

function shuffled(count) {
  const order = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[order[at], order[other]] = [order[other], order[at]]
  }
  return order
}

await store.load().then(take, tell)
choose(state.name)
