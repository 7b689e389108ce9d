/** Loaded first by a process that a test has stop itself (`stopsAt` in hold.ts): every file gets its name by a rename. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [, count, name] = /^(\d+) (.+)$/.exec(process.env.EARSHOT_TEST_STOP!)!
const { renameSync } = fs
const { rename } = fs.promises
let left = Number(count)

function look(file: fs.PathLike): void {
  if (new RegExp(name!).test(String(file)) && --left === 0) process.kill(process.pid, 'SIGSTOP')
}

fs.renameSync = (from, to) => {
  renameSync(from, to)
  look(to)
}
fs.promises.rename = async (from, to) => {
  await rename(from, to)
  look(to)
}
syncBuiltinESMExports()
