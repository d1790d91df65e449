# The address of the one that asks.
cd ~/times
docker compose exec -T reader getent hosts reader > ~/address.txt
