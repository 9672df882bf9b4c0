namespace Llamax.Runs;

/// <summary>
/// The user's request or one of the user's files is wrong. Shown without a stack trace; the command ends with exit code 2.
/// </summary>
/// <param name="what">What was found.</param>
/// <param name="where">The file, line, option or key; empty when the message already says it.</param>
/// <param name="mend">What to do about it, as a sentence without the leading "To mend it:"; empty when nothing can be done.</param>
/// <param name="inner">The cause, for logs.</param>
public sealed class RequestException(string what, string where = "", string mend = "", Exception? inner = null)
    : Exception(Compose(what, where, mend), inner)
{
    public string What { get; } = what;

    public string Where { get; } = where;

    public string Mend { get; } = mend;

    private static string Compose(string what, string where, string mend)
    {
        var place = where.Length == 0 ? "" : $"{where}: ";
        var remedy = mend.Length == 0 ? "" : $" To mend it: {mend.TrimEnd('.')}.";
        return $"{place}{what.TrimEnd('.')}.{remedy}";
    }
}
