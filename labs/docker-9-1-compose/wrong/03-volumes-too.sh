# The data goes with it.
cd ~/times
docker compose down -v
