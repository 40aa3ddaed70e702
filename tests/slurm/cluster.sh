#!/bin/sh
# cluster.sh FOLDER NODES COMMAND... - a real Slurm of so many nodes (one processor each) on this machine,
# for one command: munged, slurmctld and the slurmds run as long as it, in namespaces of their own
# (processes, network, host name), with all their files in FOLDER. Nothing of it outlives the command.
# The exit code is the command's; 77 when Slurm cannot be started here (the reason is printed).
# Needs root, unshare, ip, and Debian's slurmctld, slurmd, slurm-client and munge.
set -u
PATH=/usr/sbin:/sbin:$PATH
cannot() { echo "cluster.sh: $*" >&2; exit 77; }

if [ "${1:-}" != --inside ]; then
	for program in munged slurmctld slurmd sbatch squeue unshare ip; do
		command -v "$program" >/dev/null || cannot "$program is not installed"
	done
	[ "$(id -u)" = 0 ] || cannot "namespaces need root"
	mkdir -p "$1"
	unshare --pid --net --uts --fork --mount-proc true 2>"$1/unshare" || cannot "no namespaces here: $(cat "$1/unshare")"
	exec unshare --pid --net --uts --fork --kill-child --mount-proc sh "$0" --inside "$@"
fi
folder=$(realpath "$2") nodes=$3
shift 3

# Slurm resolves its own name, and finds no address while the only one is 127.0.0.1.
hostname localhost
ip link set lo up && ip address add 127.0.0.2/8 dev lo || cannot "the network namespace has no lo"

mkdir -p "$folder/state"
chmod 755 "$folder"
(umask 077; head -c 256 /dev/urandom >"$folder/munge.key")
{
	cat <<-CONF
	ClusterName=test
	SlurmctldHost=localhost(127.0.0.1)
	SlurmUser=root
	SlurmdUser=root
	CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
	AuthType=auth/munge
	CredType=cred/munge
	AuthInfo=socket=$folder/munge.socket,cred_expire=5
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	MpiDefault=none
	MailProg=/bin/true
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	SlurmdParameters=config_overrides
	SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
	MaxArraySize=5
	JobRequeue=1
	KillWait=2
	SlurmdTimeout=5
	SlurmctldTimeout=5
	ReturnToService=2
	MinJobAge=600
	StateSaveLocation=$folder/state
	SlurmdSpoolDir=$folder/spool.%n
	SlurmctldPidFile=$folder/slurmctld.pid
	SlurmdPidFile=$folder/%n.pid
	SlurmctldLogFile=$folder/slurmctld.log
	SlurmdLogFile=$folder/%n.log
	PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
	CONF
	for i in $(seq "$nodes"); do
		mkdir -p "$folder/spool.n$i"
		echo "NodeName=n$i NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((27000 + i)) CPUs=1 State=UNKNOWN"
	done
} >"$folder/slurm.conf"
SLURM_CONF=$folder/slurm.conf; export SLURM_CONF

munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
	--pid-file="$folder/munged.pid" --seed-file="$folder/munged.seed" --log-file="$folder/munged.log" >"$folder/munged.out" 2>&1 &
waited=0
until [ -S "$folder/munge.socket" ]; do
	waited=$((waited + 1))
	[ "$waited" -lt 200 ] || cannot "munged does not start: $(tail -n 1 "$folder/munged.out")"
	sleep 0.1
done
slurmctld -D >"$folder/slurmctld.out" 2>&1 &
for i in $(seq "$nodes"); do slurmd -D -N "n$i" >"$folder/n$i.out" 2>&1 & done
waited=0
until [ "$(sinfo --noheader --Node --states=idle --format=%N 2>/dev/null | wc -l)" = "$nodes" ]; do
	waited=$((waited + 1))
	[ "$waited" -lt 600 ] || cannot "the nodes do not get ready: $(tail -n 1 "$folder/slurmctld.out")"
	sleep 0.1
done
"$@"
status=$?
scancel --quiet --user=root 2>/dev/null
exit "$status" # as process 1 of its namespace this ends all the others
