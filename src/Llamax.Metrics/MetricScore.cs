using System.Globalization;
using System.Text.Json.Nodes;

namespace Llamax.Metrics;

/// <summary>A score, 0 to 100, with all that it takes to reproduce it.</summary>
/// <param name="Name">The metric as sacrebleu names it.</param>
/// <param name="Score">0 to 100, not rounded.</param>
/// <param name="Signature">The settings in sacrebleu's form.</param>
public record MetricScore(string Name, double Score, string Signature)
{
    /// <summary>What sacrebleu prints behind the score; empty where it prints nothing.</summary>
    public virtual string Verbose => "";

    /// <summary>The line that sacrebleu prints for the score alone, for example <c>chrF2 = 58.95</c>.</summary>
    public sealed override string ToString() => Describe(Name);

    /// <summary>The line that sacrebleu prints with the signature.</summary>
    public string ToSignedString() => Describe($"{Name}|{Signature}");

    /// <summary>sacrebleu's JSON object; the score is not rounded. Each part of the signature is a member of its own too.</summary>
    public virtual JsonObject ToJson()
    {
        var json = new JsonObject { ["name"] = Name, ["score"] = Score, ["signature"] = Signature };
        if (Verbose.Length > 0)
            json["verbose_score"] = Verbose;
        foreach (var part in Signature.Split('|'))
            json[part[..part.IndexOf(':', StringComparison.Ordinal)]] = part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return json;
    }

    /// <summary>
    /// Fixed decimals as C and Python print them: a tie goes to the even digit, where .NET goes away from zero.
    /// A double lies exactly between two neighbours of d decimals only if it is an odd multiple of 2^−(d+1).
    /// </summary>
    internal static string Fixed(double value, int decimals)
    {
        var format = decimals == 1 ? "F1" : decimals == 2 ? "F2" : "F3";
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        var isTie = Math.Abs(Math.IEEERemainder(Math.ScaleB(value, decimals + 1), 2)) == 1;
        var isOdd = ((text[^1] - '0') & 1) == 1;
        return isTie && isOdd ? Math.BitDecrement(value).ToString(format, CultureInfo.InvariantCulture) : text;
    }

    private string Describe(string subject)
    {
        var head = $"{subject} = {Fixed(Score, 2)}";
        return Verbose.Length == 0 ? head : $"{head} {Verbose}";
    }
}
