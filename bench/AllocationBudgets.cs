using System.Text.Json;

namespace Saker.Benchmarks;

/// <summary>Compares what was allocated with <c>budgets.json</c>.</summary>
internal static class AllocationBudgets
{
    /// <summary>Prints each figure with its budget; 1 when one is exceeded, or the names of the program's budgets are not those that were measured.</summary>
    /// <param name="budgets">The file.</param>
    /// <param name="program">Whose budgets.</param>
    /// <param name="measured">The figures by name.</param>
    /// <param name="excused">What is not measured here; a budget all the same.</param>
    public static int Check(string budgets, string program, IReadOnlyDictionary<string, double> measured, params IEnumerable<string> excused)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(budgets));
        var allowed = document.RootElement.GetProperty("bytes_per_operation").GetProperty(program).EnumerateObject()
            .ToDictionary(static entry => entry.Name, static entry => entry.Value.GetDouble());
        var good = true;
        foreach (var name in allowed.Keys.Except(measured.Keys))
        {
            var isExcused = excused.Contains(name);
            good &= isExcused;
            Console.WriteLine(isExcused ? $"left out {name}: what it needs is not installed here" : $"UNKNOWN {name}: budgets.json has it, nobody measures it");
        }

        foreach (var (name, value) in measured)
        {
            var budget = allowed.GetValueOrDefault(name, double.NaN);
            var within = value <= budget;
            good &= within;
            Console.WriteLine(double.IsNaN(budget) ? $"NO BUDGET {name}: {value:F2} bytes" : $"{(within ? "within" : "OVER")} {name}: {value:F2} of {budget:F2} bytes");
        }

        return good ? 0 : 1;
    }
}
