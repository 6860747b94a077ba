using System.CommandLine;
using System.Globalization;
using Saker.Coverage;

var report = new Argument<string>("REPORT") { Description = "What was counted: artifacts/coverage/counted.json." };
var floors = new Option<string?>("--floors") { Description = "The table of floors; a room below its floor, or without one, fails." };
var set = new Option<bool>("--set") { Description = "Writes floors just below what was counted into the table." };
var command = new RootCommand("Shows how much of each room the tests ran, and holds it against floors. test.sh --coverage counts and calls it.") { report, floors, set };
command.SetAction(result =>
{
    var output = result.InvocationConfiguration.Output;
    var file = Path.GetFullPath(result.GetValue(report)!);
    var rooms = CountedRooms.Read(file, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "src")));
    var table = result.GetValue(floors);
    if (result.GetValue(set) && table is not null)
    {
        Floor.Write(table, rooms);
    }

    var least = table is null ? null : Floor.Read(table);
    var low = 0;
    output.WriteLine($"{"room",-32} {"lines",8} {"floor",6} {"branches",9} {"floor",6}");
    foreach (var room in rooms)
    {
        var floor = least?.GetValueOrDefault(room.Name);
        var isLow = least is not null && (floor is null || room.LineShare < floor.Lines || room.BranchShare < floor.Branches);
        low += isLow ? 1 : 0;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{room.Name,-32} {room.LineShare,7:0.0}% {floor?.Lines,6} {room.BranchShare,8:0.0}% {floor?.Branches,6}{(isLow ? floor is null ? "  has no floor" : "  is below its floor" : "")}"));
    }

    var gone = least?.Keys.Except(rooms.Select(static room => room.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList() ?? [];
    foreach (var name in gone)
    {
        output.WriteLine($"{name,-32} was not counted, and has a floor");
    }

    return low + gone.Count == 0 ? 0 : 1;
});
return command.Parse(args).Invoke();
