# The data is removed too.
cd ~/times
docker compose down -v
