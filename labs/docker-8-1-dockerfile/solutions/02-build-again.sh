cd ~/greeter
sed -i 's/^RUN/ENV NAME=Ada\nRUN/' Dockerfile
docker image build -t greeter:1.1 .
