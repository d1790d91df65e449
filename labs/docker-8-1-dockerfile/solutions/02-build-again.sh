cd ~/greeter
sed -i 's/^CMD/ENV NAME=Ada\nCMD/' Dockerfile
docker image build -t greeter:1.1 .
