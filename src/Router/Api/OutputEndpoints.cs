using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Saker.Router.Delivery;
using Saker.Router.Options;

namespace Saker.Router.Api;

/// <summary>The outputs: how they stand, to pause and to resume.</summary>
internal sealed class OutputEndpoints(ApiBackend backend)
{
    private static readonly ApiParameter Name = new("name", "The output's name in the configuration.") { InPath = true };

    public void Map(RouteGroupBuilder group)
    {
        group.MapGet("/outputs", List)
            .Describe("listOutputs", "How the outputs stand", "Health, what waits and for how long, the last error, and counters of each output.", ClientRole.Viewer)
            .Refuses(StatusCodes.Status409Conflict);
        group.MapGet("/outputs/{name}", Show)
            .Describe("getOutput", "How one output stands", "The same for one output.", ClientRole.Viewer, Name)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group.MapPost("/outputs/{name}/pause", (HttpContext context) => Set(context, static (engine, name, by) => engine.Pause(name, by)))
            .Describe("pauseOutput", "Pause an output", "The output takes no alert from the log until it is resumed, also beyond a restart; what is under way goes on. Its alerts wait within its backlog.", ClientRole.Operator, Name)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/outputs/{name}/resume", (HttpContext context) => Set(context, static (engine, name, by) => engine.Resume(name, by)))
            .Describe("resumeOutput", "Resume an output", "The output goes on where it was paused.", ClientRole.Operator, Name)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
    }

    private Ok<OutputList> List() => TypedResults.Ok(OutputList.Of(Engine.Status));

    private Ok<OutputView> Show(HttpContext context)
    {
        var name = Name.Text(context)!;
        return TypedResults.Ok(OutputView.Of(Engine.Status.FirstOrDefault(status => status.Name == name) ?? throw NoOutput(name)));
    }

    private Ok<OutputView> Set(HttpContext context, Func<DeliveryEngine, string, string, PauseResult> change) => change(Engine, Name.Text(context)!, context.Features.GetRequiredFeature<ApiCaller>().Name) switch
    {
        PauseResult.Done => Show(context),
        PauseResult.NotKept => throw Problems.Unavailable("The disk does not take it, so that it would not hold beyond a restart; nothing is changed.", TimeSpan.FromSeconds(30)),
        _ => throw NoOutput(Name.Text(context)!),
    };

    private DeliveryEngine Engine => (backend.Router ?? throw Problems.NoRouter()).Delivery;

    private ProblemException NoOutput(string name)
    {
        var names = Engine.Status.Select(static status => status.Name).ToList();
        return Problems.NotFound($"No output '{name}' is on{Text.NearestWord.Hint(name, names)} Those that are: {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
    }
}
