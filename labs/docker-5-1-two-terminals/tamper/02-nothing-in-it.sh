# A file with only line ends, and one with text in a stopped container.
docker container exec box sh -c 'printf "\n\n  \n" > /root/hello.txt'
docker container create --name still ubuntu
echo hello > ~/hello.txt
docker container cp ~/hello.txt still:/root/hello.txt
