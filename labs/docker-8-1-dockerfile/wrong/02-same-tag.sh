# The new version also has the old version's tag.
cd ~/greeter
sed -i 's/^RUN/ENV NAME=Ada\nRUN/' Dockerfile
docker image build -t greeter:1.0 -t greeter:1.1 .
