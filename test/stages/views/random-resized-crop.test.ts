import test from 'ava'
import type { Patch } from '../../../stages/values.js'
import randomResizedCrop, { drawCrop, drawFittingCrop, resizedCrop } from '../../../stages/views/random-resized-crop.js'
import { fc, testProp } from '../../properties.js'
import { draws, fixture, largestDifference, patches, patchPort, runItem, streams } from './support.js'

interface Cases {
  sizes: { shape: [number, number]; area: number; aspect: number; frames: number; bands: number }[]
  crops: { shape: [number, number]; crop: [number, number, number, number]; patch: number[]; resized: number[] }[]
}
const { sizes, crops } = fixture<Cases>('random-resized-crop')

test('agrees with torch interpolate', t => {
  for (const { shape, crop, patch, resized } of crops) {
    const [frame, band, frames, bands] = crop
    const ours = resizedCrop(
      Float32Array.from(patch),
      { frames: shape[0], bands: shape[1] },
      { frame, band, frames, bands },
    )
    t.true(largestDifference(ours, resized) < 1e-5, `crop ${crop}`)
  }
})

test('the rectangle has the drawn area and aspect, clipped to the patch', t => {
  for (const { shape, area, aspect, frames, bands } of sizes) {
    const crop = drawCrop({ frames: shape[0], bands: shape[1] }, [area, area], [aspect, aspect], draws()('crop'))
    t.like(crop, { frames, bands })
  }
})

test("the authors' rectangle is drawn again where it sticks out, and its aspect is its own", t => {
  const shape = { frames: 101, bands: 96 }
  const whole = draws()('crop')
  t.like(drawFittingCrop(shape, [0.81, 0.81], [1, 1], whole), { frames: 89, bands: 89 }) // sqrt(0.81 x 101 x 96)
  t.like(drawCrop(shape, [0.81, 0.81], [1, 1], whole), { frames: 91, bands: 86 })
  const drawn = Array.from({ length: 2000 }, (_, i) =>
    drawFittingCrop(shape, [0.8, 1], [0.75, 4 / 3], draws(`${i}`)('crop')),
  )
  for (const { frames, bands, frame, band } of drawn) {
    t.true(frame + frames <= 101 && band + bands <= 96)
    t.true((frames * bands) / (101 * 96) > 0.79)
  }
  // clipping piles rectangles up that are as long as the patch; drawing again keeps but those that just fit
  const long = (crops: { frames: number }[]) => crops.filter(({ frames }) => frames === 101).length
  const clipped = drawn.map((_, i) => drawCrop(shape, [0.8, 1], [0.75, 4 / 3], draws(`${i}`)('crop')))
  t.true(long(clipped) > 3 * long(drawn), `${long(clipped)} and ${long(drawn)}`)
})

test('where none of ten rectangles fits it is the largest in the middle that may be', t => {
  const shape = { frames: 96, bands: 64 }
  t.deepEqual(drawFittingCrop(shape, [1, 1], [0.25, 0.5], draws()('crop')), {
    frames: 32,
    bands: 64,
    frame: 32,
    band: 0,
  })
  t.deepEqual(drawFittingCrop(shape, [1, 1], [4, 6], draws()('crop')), { frames: 96, bands: 24, frame: 0, band: 20 })
})

const ends = (min: number, max: number) =>
  fc
    .tuple(fc.double({ min, max, noNaN: true }), fc.double({ min, max, noNaN: true }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

testProp(
  'the rectangle lies inside the patch and its values between those of the patch',
  [patches(), ends(0.01, 1), ends(0.1, 10), streams()],
  (t, patch, area, aspect, rng) => {
    const crop = drawCrop(patchPort, area, aspect, rng)
    t.true(crop.frame >= 0 && crop.frames >= 1 && crop.frame + crop.frames <= patchPort.frames)
    t.true(crop.band >= 0 && crop.bands >= 1 && crop.band + crop.bands <= patchPort.bands)
    const resized = resizedCrop(patch, patchPort, crop)
    t.true(Math.min(...resized) >= Math.min(...patch) - 1e-5 && Math.max(...resized) <= Math.max(...patch) + 1e-5)
  },
)

testProp('all of the area at its own aspect is the patch itself', [patches(), streams()], (t, patch, rng) => {
  const item = { from: patch, rng: () => rng }
  t.is(
    largestDifference(
      runItem(randomResizedCrop, { area: [1, 1], aspect: [1, 1] }, { from: patchPort }, item) as Patch,
      patch,
    ),
    0,
  )
})

test('every place of the rectangle comes up, and aspects go both ways', t => {
  const shape = { frames: 96, bands: 64 }
  const drawn = Array.from({ length: 2000 }, (_, i) => drawCrop(shape, [0.8, 1], [0.75, 1.3333], draws(`${i}`)('crop')))
  t.true(
    drawn.some(({ frame }) => frame === 0) && drawn.some(({ frame, frames }) => frame > 0 && frame + frames === 96),
  )
  t.true(drawn.some(({ band }) => band === 0) && drawn.some(({ band, bands }) => band > 0 && band + bands === 64))
  const tall = drawn.filter(({ frames, bands }) => frames / 96 > bands / 64).length
  t.true(tall > 850 && tall < 1150)
})
