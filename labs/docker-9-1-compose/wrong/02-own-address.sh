# The address of the reader itself.
cd ~/times
docker compose exec -T reader getent hosts reader > ~/address.txt
