using System.Globalization;

namespace Llamax.Bench;

/// <summary>What every benchmark can be told.</summary>
internal sealed record BenchOptions
{
    /// <summary>Measured rounds of every candidate, after one that is not measured.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>The most threads where a benchmark compares numbers of them: a loaded machine says nothing about more than one.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Sentence pairs of a benchmark over a corpus.</summary>
    public int Pairs { get; init; } = 5_000_000;

    /// <summary>Folder for the tables; null = only on the screen.</summary>
    public string? Out { get; init; }

    /// <summary>Null = not understood.</summary>
    public static BenchOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                return null;
            if (arguments[i] == "--out")
                options = options with { Out = arguments[i + 1] };
            else if (arguments[i] == "--repeats"
                && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0)
                options = options with { Repeats = n };
            else if (arguments[i] == "--threads"
                && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads > 0)
                options = options with { Threads = threads };
            else if (arguments[i] == "--pairs"
                && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var pairs) && pairs >= 1000)
                options = options with { Pairs = pairs };
            else
                return null;
        }

        return options;
    }
}
