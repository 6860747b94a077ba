using System.Text.Json;

namespace Saker.Benchmarks;

/// <summary>Compares what was allocated with <c>budgets.json</c>.</summary>
internal static class AllocationBudgets
{
    /// <summary>Prints each figure with its budget; 1 when one is exceeded, or the names of the program's budgets are not those that were measured.</summary>
    public static int Check(string budgets, string program, IReadOnlyDictionary<string, double> measured)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(budgets));
        var allowed = document.RootElement.GetProperty("bytes_per_operation").GetProperty(program).EnumerateObject()
            .ToDictionary(static entry => entry.Name, static entry => entry.Value.GetDouble());
        var good = allowed.Keys.Order().SequenceEqual(measured.Keys.Order());
        if (!good)
        {
            Console.WriteLine("The names in budgets.json are not those that are measured.");
        }

        foreach (var (name, value) in measured)
        {
            var within = value <= allowed.GetValueOrDefault(name);
            good &= within;
            Console.WriteLine($"{(within ? "within" : "OVER")} {name}: {value:F2} of {allowed.GetValueOrDefault(name):F2} bytes");
        }

        return good ? 0 : 1;
    }
}
