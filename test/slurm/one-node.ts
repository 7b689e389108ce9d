/** A Slurm of one node for the tests that need one (test/slurm/one-node.sh); they are skipped where it is not installed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SCRIPT = 'test/slurm/one-node.sh'

export const slurmIsInstalled = (): boolean => spawnSync(SCRIPT, ['installed']).status === 0

/** Sets SLURM_CONF, which every command of Slurm reads. Ends with this process. @returns what ends it sooner */
export function startSlurm(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-slurm-')) // short: the path of a socket has at most 107 letters
  const { status, stderr } = spawnSync(SCRIPT, ['start', folder, String(process.pid)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Slurm does not start: ${stderr}`)
  process.env.SLURM_CONF = join(folder, 'slurm.conf')
  return () => {
    delete process.env.SLURM_CONF
    spawnSync(SCRIPT, ['stop', folder])
    rmSync(folder, { recursive: true, force: true })
  }
}
