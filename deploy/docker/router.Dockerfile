# docker build -f deploy/docker/router.Dockerfile -t saker-router .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Router -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
# As the chart of Falcosidekick runs it.
USER 1234
EXPOSE 2801
ENTRYPOINT ["/app/saker-router"]
