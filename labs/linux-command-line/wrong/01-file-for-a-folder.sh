# "cp" to a missing folder creates a file.
mkdir -p ~/workshop/logs
cp /etc/os-release ~/workshop/notes
