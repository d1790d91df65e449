cd ~/times
docker compose exec -T reader getent hosts clock > ~/address.txt
