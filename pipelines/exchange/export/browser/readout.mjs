// A readout: statistics over the time of a sound of what the encoder's layers make of its patches, as card.readout says.

/**
 * @param patches [{ frame, values }] in order: the frame of the sound at which each begins, and what the model gives
 * @param sound first frame that counts, and the one behind the last
 * @returns Float32Array of card.embedding numbers
 */
export function readOut(patches, card, sound) {
  const { layers, time, parts, fitted } = card.readout
  const starts = patches.map(({ frame }) => frame)
  const numbers = []
  let at = 0
  for (const { frames, bands, channels } of layers) {
    const size = bands * channels
    const rows = territories(starts, card.frames, sound, frames).flatMap((own, patch) =>
      own.map(frame => patches[patch].values.subarray(at + frame * size, at + (frame + 1) * size)),
    )
    for (let part = 0; part < parts; part++) {
      const first = Math.floor((rows.length * part) / parts)
      const end = Math.max(first + 1, Math.floor((rows.length * (part + 1)) / parts))
      for (const name of time) numbers.push(...statistic(rows.slice(first, end), name))
    }
    at += frames * size
  }
  return fitted ? applied(fitted, numbers, card.embedding) : Float32Array.from(numbers)
}

/** Where sound is: the frames at both ends that lie far below the loudest are left out. */
export function sounding(patches, card, frames) {
  const { layers, silence } = card.readout
  const at = layers.reduce((sum, { frames, bands, channels }) => sum + frames * bands * channels, 0)
  const levels = new Float32Array(frames)
  for (const { frame, values } of patches)
    levels.set(values.subarray(at, at + Math.min(card.frames, frames - frame)), frame)
  const quiet = levels.reduce((most, level) => Math.max(most, level), -Infinity) - silence
  const isHeard = level => level > quiet
  return [levels.findIndex(isHeard), levels.findLastIndex(isHeard) + 1]
}

/** For each patch its frames that count: each moment once, where it lies most central; one of all at least. */
function territories(starts, length, [first, last], frames) {
  const middle = (patch, frame) => starts[patch] + ((2 * frame + 1) * length) / (2 * frames)
  const border = patch => (starts[patch] + starts[patch + 1] + length) / 2
  const mine = starts.map((_, patch) => {
    const from = patch === 0 ? -Infinity : border(patch - 1)
    const to = patch === starts.length - 1 ? Infinity : border(patch)
    const all = Array.from({ length: frames }, (_, frame) => frame)
    return all.filter(frame => middle(patch, frame) >= from && middle(patch, frame) < to)
  })
  const heard = mine.map((own, patch) => own.filter(at => middle(patch, at) >= first && middle(patch, at) < last))
  if (heard.some(own => own.length > 0)) return heard
  const distance = ([patch, frame]) => Math.abs(middle(patch, frame) - (first + last) / 2)
  const all = mine.flatMap((own, patch) => own.map(frame => [patch, frame]))
  const [patch, frame] = all.reduce((best, one) => (distance(one) < distance(best) ? one : best))
  return mine.map((_, at) => (at === patch ? [frame] : []))
}

/** Of each number over the rows: mean, max, std (of the population), or a percentile such as p10. */
function statistic(rows, name) {
  if (name.startsWith('p')) return percentile(rows, Number(name.slice(1)) / 100)
  if (name === 'max') return folded(rows, -Infinity, (most, x) => Math.max(most, x))
  const mean = folded(rows, 0, (sum, x) => sum + x / rows.length)
  if (name === 'mean') return mean
  return folded(rows, 0, (sum, x, i) => sum + (x - mean[i]) ** 2 / rows.length).map(Math.sqrt)
}

function folded(rows, from, fold) {
  const made = new Float64Array(rows[0].length).fill(from)
  for (const row of rows) for (let i = 0; i < made.length; i++) made[i] = fold(made[i], row[i], i)
  return made
}

/** Between the two rows nearest in order of value; of more than 4,096 rows, of evenly spaced ones. */
function percentile(rows, share) {
  const every = Math.ceil(rows.length / 4096)
  const kept = rows.filter((_, at) => at % every === 0)
  const place = share * (kept.length - 1)
  const [low, high] = [Math.floor(place), Math.ceil(place)]
  return Float64Array.from(rows[0], (_, i) => {
    const column = Float64Array.from(kept, row => row[i]).sort()
    return column[low] + (place - low) * (column[high] - column[low])
  })
}

/** The fitted step: standardised, then projected where there are components. */
function applied(fitted, numbers, size) {
  const bytes = Uint8Array.from(atob(fitted), letter => letter.charCodeAt(0))
  const step = new Float32Array(bytes.buffer)
  const width = numbers.length
  const whole = Float64Array.from(numbers, (x, i) => (x - step[i]) / step[width + i])
  if (step.length === 2 * width) return Float32Array.from(whole)
  const component = row => step.subarray((2 + row) * width, (3 + row) * width)
  return Float32Array.from({ length: size }, (_, row) => component(row).reduce((sum, x, i) => sum + x * whole[i], 0))
}
