# Ends what a worker's commands have left, once the worker itself is gone: standard input is a pipe that ends with it,
# however it ends. SIGTERM at once, SIGKILL half a second later, and over when nothing was found for a second: a command
# that was just being started has no mark yet.
# $1 is what the marks of this worker's attempts begin with, see ProcessMark.
trap '' HUP INT QUIT TERM PIPE TSTP
cd / || exit

send() { # $1 signal, $2 beginning of the marks; found says whether there was anybody
    found=
    for limits in $(grep -ls "^Max file locks  *$2[0-9]\{9\} " /proc/[0-9]*/limits); do
        pid=${limits#/proc/}
        kill -s "$1" "${pid%/limits}" && found=yes
    done
}

read -r _
send TERM "$1"
sleep 0.4 || sleep 1
rounds=50
quiet=0
while [ $rounds -gt 0 ] && [ $quiet -lt 5 ]; do
    send KILL "$1"
    quiet=$((quiet + 1))
    rounds=$((rounds - 1))
    [ -z "$found" ] || quiet=0
    sleep 0.2 || sleep 1
done
