// A stage of one's own: plays a patch backwards, or leaves it, by the toss of a coin (as the shipped time-reversal does).
// A graph lists this file (see contrastive.yaml beside it); nothing is installed or registered. The function is handed
// the tools of the contract (stages/tools.ts), so that the file works from anywhere.
export default ({ describeStage, patch, z }) =>
  describeStage({
    name: 'backwards',
    runsIn: 'item', // works on one clip at a time, in the worker pool
    draws: true, // asks for random numbers
    summary: 'Plays the patch backwards with a given probability.',
    parameters: z.strictObject({
      probability: z.number().min(0).max(1).default(0.5).describe('share of the patches that are reversed'),
    }),
    in: { from: patch }, // on a pair it runs once a lane, each with its own draws
    out: ({ from }) => from, // the shape passes through
    work:
      ({ probability }, { from: { bands } }) =>
      ({ from, rng }) =>
        rng('reversal').uniform() < probability ? reversed(from, bands) : from,
  })

/** Frames in the opposite order; row-major frames x bands. */
function reversed(patch, bands) {
  const frames = patch.length / bands
  const turned = new Float32Array(patch.length)
  for (let frame = 0; frame < frames; frame++)
    turned.set(patch.subarray(frame * bands, (frame + 1) * bands), (frames - 1 - frame) * bands)
  return turned
}
