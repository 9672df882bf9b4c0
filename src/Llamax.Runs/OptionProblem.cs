using System.Globalization;

namespace Llamax.Runs;

/// <summary>One option whose value breaks its own rule.</summary>
/// <param name="Option">The option as the user writes it, for example <c>beamSize</c>.</param>
/// <param name="Value">What was given.</param>
/// <param name="Rule">What it must be.</param>
/// <param name="Mend">A value that works and why.</param>
public sealed record OptionProblem(string Option, object? Value, string Rule, string Mend)
{
    /// <summary>What is wrong, without the mend.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Option} = {Value ?? "(nothing)"}: {Rule}");

    /// <summary>Reports every problem at once, before any work.</summary>
    /// <exception cref="RequestException">There is at least one problem.</exception>
    public static void ThrowIfAny(string where, IEnumerable<OptionProblem> problems)
    {
        var all = problems.ToList();
        if (all.Count == 0)
            return;
        var mends = all.Count == 1 ? [all[0].Mend] : all.Select(p => $"{p.Option}: {p.Mend}");
        throw new RequestException(string.Join("; also ", all), where, string.Join("; ", mends));
    }
}
