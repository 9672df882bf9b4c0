namespace Llamax.Corpus.Catalogue;

/// <summary>Where data lies on this machine.</summary>
/// <param name="Mirror">A folder that somebody filled, read only; null where there is none.</param>
/// <param name="Cache">What Llamax downloads.</param>
public sealed record DataFolders(string? Mirror, string Cache)
{
    /// <summary><c>$LLAMAX_DATA</c>, and <c>$LLAMAX_CACHE</c> or else <c>~/.cache/llamax</c>.</summary>
    public static DataFolders FromEnvironment()
    {
        var mirror = Environment.GetEnvironmentVariable("LLAMAX_DATA");
        var cache = Environment.GetEnvironmentVariable("LLAMAX_CACHE");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return new(
            string.IsNullOrEmpty(mirror) ? null : mirror,
            string.IsNullOrEmpty(cache) ? Path.Combine(home, ".cache", "llamax") : cache);
    }
}
