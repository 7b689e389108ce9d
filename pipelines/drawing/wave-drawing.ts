/** A waveform as a picture of the same size as a spectrogram's. */
import { lettered } from './lettering.js'
import { SIZE } from './spectrogram.js'
import { ticks } from './ticks.js'

const PLOT = { left: 46, top: 30, width: SIZE.width - 72, height: 200 }

/** Lowest and highest sample of each column, on a scale from -1 to 1, or as far as the samples go. */
export function drawWave(samples: Float32Array, rate: number): string {
  const { left, top, width, height } = PLOT
  const bottom = top + height
  const columns = Math.max(1, Math.min(width, samples.length))
  const envelope = Array.from({ length: columns }, (_, column) => extremes(samples, column, columns))
  const most = Math.max(1, ...envelope.flat().map(Math.abs))
  const y = (value: number) => (top + (height / 2) * (1 - value / most)).toFixed(1)
  const x = (column: number) => left + ((column + 0.5) * width) / columns
  const strokes = envelope.map(([low, high], column) => `M${x(column).toFixed(1)} ${y(high)}V${y(low - 0.005 * most)}`)
  const seconds = samples.length / rate
  const time = ticks(0, seconds, 6)
  const level = ticks(-most, most, 4)
  return [
    `<path d="${strokes.join('')}" stroke="currentColor" fill="none"/>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="currentColor" stroke-opacity=".5"/>`,
    ...time.values.map(value =>
      lettered(value.toFixed(time.decimals), { x: left + (value / seconds) * width, y: bottom + 13, anchor: 'middle' }),
    ),
    ...level.values.map(value =>
      lettered(value.toFixed(level.decimals), { x: left - 7, y: Number(y(value)), anchor: 'end' }),
    ),
    lettered('s', { x: left + width + 12, y: bottom + 13 }),
  ].join('')
}

function extremes(samples: Float32Array, column: number, columns: number): [low: number, high: number] {
  const from = Math.floor((column * samples.length) / columns)
  const to = Math.max(from + 1, Math.floor(((column + 1) * samples.length) / columns))
  let [low, high] = [0, 0]
  for (let at = from; at < Math.min(to, samples.length); at++) {
    low = Math.min(low, samples[at]!)
    high = Math.max(high, samples[at]!)
  }
  return [low, high]
}
