using System.CommandLine;
using Saker.DocGen;
using Saker.Mutants;

var rooms = new Argument<string[]>("ROOM")
{
    Description = $"Rooms: {string.Join(", ", Room.All.Select(static room => room.Name))}; all when none is named.",
    Arity = ArgumentArity.ZeroOrMore,
};
rooms.AcceptOnlyFromAmong([.. Room.All.Select(static room => room.Name)]);
var sample = new Option<int>("--sample") { Description = "How many mutants of each room are tried, chosen by chance; 0 for all." };
var seed = new Option<int>("--seed") { Description = "Which chance.", DefaultValueFactory = static _ => 1 };
var files = new Option<string?>("--files") { Description = "Only files whose path contains this text." };
var workers = new Option<int>("--workers") { Description = "How many are tried at a time.", DefaultValueFactory = static _ => Environment.ProcessorCount };
var quick = new Option<bool>("--quick") { Description = "Leave out the slow tests: more survives, sooner." };
var list = new Option<bool>("--list") { Description = "Print the mutants, and try none." };
var limit = new Option<double>("--limit") { Description = "The share of survivors, in percent, from which on the run fails.", DefaultValueFactory = static _ => 10 };
var command = new RootCommand("Changes Saker's code in small ways, one at a time, and prints the changes that no test notices.") { rooms, sample, seed, files, workers, limit, quick, list };
command.SetAction(async (result, _) =>
{
    var root = ProjectRoot.Find();
    var wanted = result.GetValue(rooms)!;
    var bad = false;
    foreach (var room in Room.All.Where(room => wanted.Length == 0 || wanted.Contains(room.Name, StringComparer.Ordinal)))
    {
        var run = new MutationRun(root, room, result.InvocationConfiguration.Output);
        if (result.GetValue(list))
        {
            run.List(result.GetValue(files));
            continue;
        }

        bad |= await run.RunAsync(result.GetValue(sample), result.GetValue(seed), result.GetValue(files), result.GetValue(workers), result.GetValue(quick)) * 100 >= result.GetValue(limit);
    }

    return bad ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();
