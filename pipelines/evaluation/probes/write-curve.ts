/** The picture of a learning curve beside the probe's result, as SVG and as PNG. */
import { writeWhole } from '../../../data/whole-file.js'

/** @param file of the result, JSON. @returns the files written. @throws Problem if the folder refuses them */
export async function writeCurve(file: string, svg: string): Promise<string[]> {
  const { default: sharp } = await import('sharp')
  const stem = file.replace(/(\.[a-z-]*probe)?\.json$/, '')
  const files = [`${stem}.curve.svg`, `${stem}.curve.png`]
  writeWhole(files[0]!, svg)
  writeWhole(files[1]!, await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer())
  return files
}
