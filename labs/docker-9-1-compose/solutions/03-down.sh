cd ~/times
docker compose down
