#!/bin/bash
# A Slurm of one node with two slots, for tests: munged, slurmctld and slurmd without systemd, as the user who asks,
# with everything they keep in one folder. From Debian's packages: apt-get install slurm-wlm munge
#
#   test/slurm/one-node.sh start FOLDER     then: export SLURM_CONF=FOLDER/slurm.conf
#   test/slurm/one-node.sh start FOLDER PID     ends by itself, and takes FOLDER away, when process PID is gone
#   test/slurm/one-node.sh stop FOLDER
#   test/slurm/one-node.sh installed        exit code 0 if the programs are there
set -u
PATH=$PATH:/usr/sbin:/sbin

installed() {
  command -v munged slurmctld slurmd sbatch squeue scancel scontrol >/dev/null
  for program in munged slurmctld slurmd sbatch squeue scancel scontrol; do
    command -v "$program" >/dev/null || return 1
  done
}

fail() {
  echo "$1" >&2
  tail -n 5 "$folder"/*.log >&2 2>/dev/null
  stop
  exit 1
}

# A free port: what the system gives to somebody who does not mind.
port() {
  node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close() })'
}

configure() {
  local host user
  host=$(hostname -s)
  user=$(id -un)
  cat >"$folder/slurm.conf" <<END
ClusterName=earshot
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmdPort=$(port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
ReturnToService=2
KillWait=30
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
}

start() {
  installed || { echo 'Slurm is not installed: apt-get install slurm-wlm munge' >&2; exit 1; }
  mkdir -p "$folder/state" "$folder/spool"
  chmod 700 "$folder"
  (umask 077; head -c 128 /dev/urandom >"$folder/munge.key")
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --seed-file="$folder/munge.seed" --log-file="$folder/munged.log" || fail 'munged does not start.'
  configure
  export SLURM_CONF=$folder/slurm.conf
  slurmctld -c || fail 'slurmctld does not start.'
  slurmd -c || fail 'slurmd does not start.'
  for _ in $(seq 240); do
    [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && watch && return
    sleep 0.25
  done
  fail 'The node does not become idle.'
}

# Whoever wanted this Slurm may be killed; then nobody else ends it.
watch() {
  [ -z "$owner" ] && return
  (
    while kill -0 "$owner" 2>/dev/null; do sleep 1; done
    [ -d "$folder" ] || exit
    stop
    rm -rf "$folder"
  ) >/dev/null 2>&1 </dev/null &
}

# Ends the three by the numbers that they wrote down, and waits until they are gone.
stop() {
  [ -f "$folder/slurm.conf" ] && SLURM_CONF=$folder/slurm.conf timeout 10 scancel --me 2>/dev/null
  for daemon in slurmd slurmctld munged; do
    pid=$(cat "$folder/$daemon.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null
    for _ in $(seq 80); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.25
    done
    kill -9 "$pid" 2>/dev/null
  done
  return 0
}

folder=${2:-} owner=${3:-}
case "${1:-}" in
  installed) installed ;;
  start | stop)
    [ -n "$folder" ] || { echo "Name a folder: $0 $1 FOLDER" >&2; exit 2; }
    mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || exit 1
    "$1"
    ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
