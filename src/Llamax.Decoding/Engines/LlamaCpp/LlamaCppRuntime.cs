using LLama.Native;
using Llamax.Runs;

namespace Llamax.Decoding.Engines.LlamaCpp;

/// <summary>llama.cpp inside of this process: loaded once, and silent but for what goes wrong.</summary>
internal static class LlamaCppRuntime
{
    // llama.cpp may log from any of its threads for as long as the process lives: the delegate must live as long.
    private static readonly NativeLogConfig.LLamaLogCallback Hear = Remember;

    private static readonly Lazy<bool> Loaded = new(Load);

    private static string _lastError = "";

    /// <summary>Loads the native library, before any other call of LLamaSharp.</summary>
    /// <exception cref="RequestException">It does not load here.</exception>
    public static void Require() => _ = Loaded.Value;

    /// <summary>The last errors that llama.cpp logged, forgotten by asking; empty where there was none.</summary>
    public static string TakeErrors() => Interlocked.Exchange(ref _lastError, "").Trim();

    private static bool Load()
    {
        try
        {
            NativeLibraryConfig.All.WithLogCallback(Hear);
            // The resolver of the library is set up by this class alone: other entry points fail when they are first.
            NativeApi.llama_empty_call();
            return true;
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or BadImageFormatException
            or LLama.Exceptions.RuntimeError)
        {
            throw new RequestException(
                $"llama.cpp does not load here: {(failure.InnerException ?? failure).Message.Split('\n')[0]}", "llama.cpp",
                "install libgomp1 and libstdc++6 where they are missing, or use a model folder instead of a GGUF file", failure);
        }
    }

    private static void Remember(LLamaLogLevel level, string message)
    {
        if (level == LLamaLogLevel.Error)
            _lastError = $"{_lastError} {message.Trim()}";
    }
}
