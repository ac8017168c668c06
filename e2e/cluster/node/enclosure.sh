#!/bin/sh
# Runs a command in an enclosure and removes all traces when it ends: enclosure.sh FOLDER NAME ARGUMENTS-OF-ENCLOSED...
# The enclosure has its own processes, network, mounts, cgroups and host name, so that the kernel ends every process,
# removes every interface and firewall rule, and unmounts everything as soon as its first process is gone. What is left to
# this script, which stands outside, are the folder and the cgroups. SIGTERM ends the enclosure at once.
set -u
folder=$1 name=$2
shift 2

here=$(dirname "$0")
unshare --mount --net --uts --ipc --pid --fork --mount-proc --kill-child -- \
  /bin/sh "$here/in-cgroup.sh" "$name" /bin/sh "$here/enclosed.sh" "$folder" "$name" "$@" &
enclosure=$!
exec 3<&- # the pipe to whoever started this belongs to the command alone

end() { # Its first process, rather than `unshare`, which waits until the last one is gone.
  first=$(cat "/proc/$enclosure/task/$enclosure/children" 2>/dev/null)
  kill -KILL ${first:-$enclosure} 2>/dev/null
}
trap end TERM
trap '' INT HUP

while kill -0 "$enclosure" 2>/dev/null; do # a signal interrupts `wait`
  wait "$enclosure"
  status=$?
done

/bin/sh "$here/remove.sh" "$folder" "$name"
exit "$status"
