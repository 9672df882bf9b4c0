using System.Text;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Paths with wildcards: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders. A file that bears the pattern as its name is meant
/// by it.
/// </summary>
internal static class FilePattern
{
    /// <summary>What matches, in ordinal order; a path without wildcards is given back as it is.</summary>
    /// <exception cref="RequestException">Nothing matches.</exception>
    public static IReadOnlyList<string> Files(string pattern) => [.. Matches(pattern).Select(match => match.Path)];

    /// <summary>The matches of two patterns, side by side where the wildcards stand for the same.</summary>
    /// <exception cref="RequestException">Nothing matches, or a file has no partner.</exception>
    public static IReadOnlyList<(string Source, string Target)> Pairs(string source, string target)
    {
        var (sources, targets) = (Matches(source), Matches(target));
        if (sources is [var single] && targets is [var partner] && !IsPattern(source) && !IsPattern(target))
            return [(single.Path, partner.Path)];
        var partners = targets.ToDictionary(match => match.Wild, match => match.Path, StringComparer.Ordinal);
        var pairs = new List<(string, string)>();
        foreach (var (path, wild) in sources)
            pairs.Add(partners.Remove(wild, out var other) ? (path, other) : throw Alone(path, target));
        return partners.Count == 0 ? pairs : throw Alone(partners.Values.Order(StringComparer.Ordinal).First(), source);
    }

    private static RequestException Alone(string path, string pattern) =>
        new($"there is no file {pattern} to pair it with", path, "the wildcards must stand for the same in both names");

    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?') && !File.Exists(path);

    private static List<(string Path, string Wild)> Matches(string pattern)
    {
        if (!IsPattern(pattern))
            return [(pattern, "")];
        var wildcard = pattern.AsSpan().IndexOfAny('*', '?');
        var rootEnd = pattern.LastIndexOf('/', wildcard);
        var root = rootEnd < 0 ? "." : rootEnd == 0 ? "/" : pattern[..rootEnd];
        var rest = pattern[(rootEnd + 1)..];
        var regex = ToRegex(rest);
        var depth = rest.Contains("**", StringComparison.Ordinal) ? int.MaxValue : rest.Count(c => c == '/');
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = depth > 0,
            MaxRecursionDepth = depth,
            AttributesToSkip = FileAttributes.Device,
            IgnoreInaccessible = true,
        };
        var found = new List<(string, string)>();
        if (Directory.Exists(root))
        {
            foreach (var path in Directory.EnumerateFiles(root, "*", options))
            {
                var match = regex.Match(Path.GetRelativePath(root, path).Replace('\\', '/'));
                if (match.Success)
                    found.Add((rootEnd < 0 ? Path.GetRelativePath(root, path) : path, string.Join('\0', match.Groups.Values.Skip(1))));
            }
        }

        if (found.Count == 0)
            throw new RequestException("no file matches", pattern, "check the path; a file without wildcards is named as it is");
        found.Sort((a, b) => string.CompareOrdinal(a.Item1, b.Item1));
        return found;
    }

    private static Regex ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                regex.Append("((?:[^/]+/)*)");
                i += 2;
            }
            else
            {
                regex.Append(pattern[i] switch
                {
                    '*' => "([^/]*)",
                    '?' => "([^/])",
                    var other => Regex.Escape(other.ToString()),
                });
            }
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
