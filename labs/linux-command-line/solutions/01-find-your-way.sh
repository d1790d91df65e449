cd
mkdir -p workshop/notes workshop/logs
cp /etc/os-release workshop/notes
