# The reader has its own folder instead of the volume.
mkdir -p ~/times
cd ~/times
cat > compose.yaml <<'END'
services:
  clock:
    image: ubuntu
    init: true
    command: bash -c "while true; do date > /shared/now; sleep 1; done"
    volumes: ["times:/shared"]
  reader:
    image: ubuntu
    init: true
    command: bash -c "while true; do cat /shared/now; sleep 1; done"
volumes:
  times:
END
docker compose up -d
