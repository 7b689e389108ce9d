/** Sound that lies in memory, read as if it were a file. */
import type { MonoBlock } from './mono.js'

const held = new Map<string, MonoBlock>()

/** From now on the file of this path holds this sound; there need be no such file. */
export function holdSound(path: string, sound: MonoBlock): void {
  held.set(path, sound)
}

export const heldSound = (path: string): MonoBlock | undefined => held.get(path)
