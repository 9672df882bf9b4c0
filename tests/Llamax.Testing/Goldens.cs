using Xunit;

namespace Llamax.Testing;

/// <summary>
/// The folders with real corpora (<c>LLAMAX_DATA</c>) and with reference values of other programs (<c>LLAMAX_GOLDENS</c>).
/// A missing folder skips the test by name; under <c>CI=true</c> it fails.
/// </summary>
public static class Goldens
{
    public static string Data => Require("LLAMAX_DATA", "data");

    public static string Root => Require("LLAMAX_GOLDENS", "golden");

    /// <summary>A file or folder below <see cref="Data"/>.</summary>
    public static string DataPath(params string[] parts) => RequirePath(Path.Combine([Data, .. parts]));

    /// <summary>A file or folder below <see cref="Root"/>.</summary>
    public static string GoldenPath(params string[] parts) => RequirePath(Path.Combine([Root, .. parts]));

    /// <summary>Why a golden test without any case is skipped.</summary>
    public const string NoSuchKind = "The folder of reference values has none of this kind.";

    /// <summary>
    /// Reference files below a folder of <see cref="Root"/>, in ordinal order, as cases of a theory; none where it lacks the folder.
    /// </summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var path = Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>The root of this repository, found from the test's own folder.</summary>
    public static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Llamax.slnx")))
                    return folder.FullName;
            throw new InvalidOperationException("The tests do not run inside the repository.");
        }
    }

    private static string Require(string variable, string defaultName)
    {
        var chosen = Environment.GetEnvironmentVariable(variable);
        return RequirePath(string.IsNullOrEmpty(chosen) ? Path.GetFullPath(Path.Combine(Repository, "..", "shared", defaultName)) : chosen);
    }

    private static string RequirePath(string path)
    {
        if (Path.Exists(path))
            return path;
        var reason = $"{path} does not exist; set LLAMAX_DATA and LLAMAX_GOLDENS to the folders with the reference files.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
        return path;
    }
}
