using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evo.Search.Runs;

/// <summary>
/// One writer a run directory: an exclusive lock of the operating system on <c>run.lock</c>, which dies with its process (kill -9
/// included), so there is nothing stale to clean up. <c>run.owner</c> says who holds it, for the message only.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1); // a reader's probe holds the lock for an instant

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <exception cref="RunException">Another process holds the lock (environment).</exception>
    public static RunLock Acquire(string lockPath, string ownerPath)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                var file = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                Sign(ownerPath);
                return new RunLock(file);
            }
            catch (IOException) when (DateTime.UtcNow < giveUp && IsHeld(lockPath))
            {
                Thread.Sleep(20);
            }
            catch (IOException) when (IsHeld(lockPath))
            {
                throw Refusal(lockPath, ownerPath);
            }
        }
    }

    /// <summary>An early word to a second process, before it opens gigabytes of models. <see cref="Acquire"/> is what decides.</summary>
    public static void RefuseIfHeld(RunDirectory directory)
    {
        if (IsHeld(directory.Lock))
            throw Refusal(directory.Lock, directory.Owner);
    }

    /// <summary>True while some process holds the lock. Never blocks a writer for longer than an instant.</summary>
    public static bool IsHeld(string lockPath)
    {
        try
        {
            using var probe = new FileStream(lockPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return Directory.Exists(Path.GetDirectoryName(lockPath)); // without a folder it is the path that is at fault: too long, or below a file
        }
        catch (UnauthorizedAccessException)
        {
            return false; // another user's directory: readable through the database, or not at all
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The owner's name serves the message alone: a full disk is for the store to tell, which says how to go on.</summary>
    private static void Sign(string ownerPath)
    {
        try
        {
            AtomicFile.Write(ownerPath, RunJson.Write(new Owner(Environment.ProcessId, Environment.MachineName)), durable: false);
        }
        catch (IOException)
        {
            // What a former owner wrote may stay: the lock itself is held all the same.
        }
    }

    private static RunException Refusal(string lockPath, string ownerPath) => new(RunProblem.Environment,
        $"{Path.GetDirectoryName(lockPath)}: another process is working on this run ({Describe(ownerPath)}). Wait for it, or stop it with "
        + "Ctrl-C or SIGTERM; 'evo status' and 'evo pareto' can read the run meanwhile.");

    private static string Describe(string ownerPath)
    {
        try
        {
            var owner = RunJson.Read<Owner>(File.ReadAllText(ownerPath));
            return string.Create(CultureInfo.InvariantCulture, $"pid {owner.Pid} on {owner.Host}");
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return "unknown process";
        }
    }

    internal sealed record Owner([property: JsonPropertyName("Pid")] int Pid, [property: JsonPropertyName("Host")] string Host);
}
