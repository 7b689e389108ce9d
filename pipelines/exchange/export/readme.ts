/** The README.md of an export: what lies in the folder, and the shortest use of each file. */
import type { CheckedNode } from '../../../graphs/language/checked.js'
import type { Card } from './card.js'
import type { ReadoutCard } from './readout-layers.js'

export const FORMATS = ['onnx', 'tfjs', 'safetensors', 'earshot'] as const
export type Format = (typeof FORMATS)[number]

export function readme(
  formats: readonly Format[],
  node: CheckedNode,
  size: number,
  card: Card | undefined,
  about?: string,
): string {
  const parts = [
    `# Encoder '${node.id}' (${node.stage}): ${card ? 'sound' : 'log-mel patches'} to ${card?.embedding ?? size} numbers`,
    card ? described(card) : 'Weights alone; Earshot, which wrote them, has the front end.',
    ...formats.map(format => SECTIONS[format](card)),
    ...(about ? [about] : []),
    ...(card?.note ? [`## Note\n${card.note}`] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function described(card: Card): string {
  const { rate, samples, frames, hop, lead, embedding, atLeast, normalise, headRoom, readout } = card
  const seconds = (count: number) => `${Number((count / rate).toFixed(4))} s`
  return `Written by Earshot ${card.earshot} from step ${card.step}; checkpoint ${card.checkpoint.slice(0, 16)}, graph ${card.graph}.

The graphs go from sound to embedding, in evaluation mode and 32-bit numbers: \`waveform\` [n, ${samples}] in, mono at
${rate} Hz, ${readout ? "`layers` (what the readout takes) and `embedding` (the encoder's own)" : `\`embedding\` [n, ${embedding}]`} out. Framing, Fourier transform, mel bands, logarithm and normalisation are part of
them. What a graph cannot know of a whole recording is done before, by \`embed.mjs\` and \`earshot_encoder.py\`:
1. a sound shorter than ${seconds(atLeast)} is repeated up to ${atLeast} samples;
2. ${normalise === 'peak' ? `its mean is taken away, and it is divided by its largest magnitude + ${headRoom}` : 'its level stays as it is'};
3. patch after patch (0.48 s apart) is cut: the patch that starts at sample s is the ${samples} samples from s - ${lead}, mirrored
   at both ends of the sound. Its ${frames} frames are ${hop} samples apart;
4. the embedding of the sound is ${readout ? `made of the layers as the readout of the run has it: ${inWords(readout)}` : 'the mean over its patches'}.

So done, embeddings are those of \`./earshot embed\`, to rounding.${readout ? '' : ' (As `--readout plain` writes them.)'} Resample to ${rate} Hz with a good resampler first.`
}

function inWords({ layers, time, parts, fitted }: ReadoutCard): string {
  const of = layers.map(({ name, bands }) => `${name} in ${bands} bands`).join(', ')
  const over = parts === 1 ? 'the whole sound' : `each of ${parts} equal parts of it`
  return `${time.join(', ')} over ${over}, of ${of}; silence at its ends left out${fitted ? '; then its fitted step' : ''}`
}

const SECTIONS: Record<Format, (card: Card | undefined) => string> = {
  earshot: () => `## earshot/
A checkpoint without what only training needs: \`./earshot embed earshot my-sounds/ -o mine.arrow\` in this folder; \`probe\`,
\`train --from\` and \`export\` take it like a run.`,
  onnx: card => `## onnx/
\`encoder.onnx\` (operator set 17; the metadata entry \`encoder\` holds what is said above, as JSON), and
\`earshot_encoder.py\`, the common API of HEAR over it (needs numpy and onnxruntime).
\`\`\`python
import soundfile, earshot_encoder as encoder                  # run in this folder
model = encoder.load_model("encoder.onnx")
sound, rate = soundfile.read("sound.wav", dtype="float32")    # mono
assert rate == model.sample_rate
print(encoder.get_scene_embeddings(sound[None], model)[0])    # [${card?.embedding}]
frames, milliseconds = encoder.get_timestamp_embeddings(sound[None], model)
\`\`\``,
  tfjs: card => `## tfjs/
\`model.json\` and \`weights.bin\`, a TensorFlow.js graph model; \`encoder.json\`, what is said above; \`embed.mjs\` and \`readout.mjs\`, sound to
patches to embedding; \`index.html\`, a page that embeds recordings you choose (\`python3 -m http.server\` in that folder, then open
http://localhost:8000); \`tf.min.js\`, TensorFlow.js itself (Apache 2.0); \`node-example.mjs\`, the same in Node.
\`\`\`html
<script src="tf.min.js"></script>
<script type="module">
  import { embed } from './embed.mjs'
  const card = await (await fetch('encoder.json')).json()
  const model = await tf.loadGraphModel('model.json')
  const bytes = await (await fetch('sound.wav')).arrayBuffer()
  const audio = await new OfflineAudioContext(1, 1, ${card?.rate}).decodeAudioData(bytes)
  console.log(await embed(tf, model, card, audio.getChannelData(0)))
</script>
\`\`\``,
  safetensors: () => `## safetensors/
\`encoder.safetensors\`: every weight by its name in the encoder, float32; filters are [height, width, in, out], \`mean\` and
\`variance\` the running statistics of batch norm. The metadata hold the stage and its parameters.
\`\`\`python
from safetensors.numpy import load_file
weights = load_file("encoder.safetensors")
print({name: value.shape for name, value in weights.items()})
\`\`\``,
}
